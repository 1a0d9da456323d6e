"""A WeChat platform for one machine: it speaks the documented calls, keeps a phone's inbox, and can be told to misbehave."""
