"""Order of the skin network's logits; training, export and serving agree on it through this list alone."""

CLASSES = ("ACK", "BCC", "MEL", "NEV", "SCC", "SEK")
"""Actinic keratosis, basal cell carcinoma, melanoma, nevus, squamous cell carcinoma with Bowen, seborrheic keratosis (PAD-UFES-20)."""

SUSPICIOUS_CLASSES = frozenset({"ACK", "BCC", "MEL", "SCC"})

HEADS = (*CLASSES, "suspicious", "in_scope", "kind_skin", "kind_dermoscopy", "kind_fundus", "kind_other")

LESION = slice(0, 6)
SUSPICIOUS = HEADS.index("suspicious")
IN_SCOPE = HEADS.index("in_scope")
KINDS = slice(8, 12)
