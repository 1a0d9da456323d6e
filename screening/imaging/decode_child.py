"""The child that decodes a hostile photo: it jails itself before it reads the first byte. Started by `sandbox` only.

Stdin is the photo, stdout the answer (both files in memory); the exit code says what became of it. Imports come first, since afterwards no
file can be opened: no descriptor, no core, no growth past the memory limit, and nobody's rights where it was started as root. A clone below
root's 0700 home works too, which starting it as nobody would not.
"""

import os
import resource
import struct
import sys

from PIL import Image, ImageFile, UnidentifiedImageError

from screening.imaging.upright import TooManyPixels, open_photo, upright_rgb

EXIT_CODES = {"corrupt": 10, "too_big_in_memory": 11, "unsupported": 12}
SIZE = struct.Struct(">II")
NOBODY = 65534
VIEW_QUALITY = 90
# The largest side a JPEG can have in libjpeg.
LONGEST_JPEG_SIDE = 65_500


def main(purpose: str, longest: int, cpu_seconds: int, memory_bytes: int, answer_bytes: int) -> None:
    """Decode stdin to stdout for `purpose`: "pixels" (size, then RGB rows) or "view" (JPEG). Exits with one of EXIT_CODES on bad photos."""
    _jail(cpu_seconds, memory_bytes, answer_bytes)
    try:
        with open_photo(sys.stdin.buffer) as photo:
            picture = upright_rgb(photo, longest)
        _answer(picture, purpose)
    except (MemoryError, TooManyPixels):
        sys.exit(EXIT_CODES["too_big_in_memory"])
    except UnidentifiedImageError:
        sys.exit(EXIT_CODES["unsupported"])
    except Exception as broken:
        # Decoders fail on bad bytes in every way there is; nothing else runs here. libheif's want of memory is a RuntimeError.
        sys.exit(EXIT_CODES["too_big_in_memory" if "Memory allocation" in str(broken) else "corrupt"])


def _answer(picture: Image.Image, purpose: str) -> None:
    if purpose == "view":
        picture.save(sys.stdout.buffer, "JPEG", quality=VIEW_QUALITY, subsampling="4:4:4")
    else:
        sys.stdout.buffer.write(SIZE.pack(*picture.size))
        sys.stdout.buffer.write(picture.tobytes())
    sys.stdout.buffer.flush()


def _jail(cpu_seconds: int, memory_bytes: int, answer_bytes: int) -> None:
    Image.MAX_IMAGE_PIXELS = None  # open_photo has the limit
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    # The hard limit is a second later, since at it the kernel kills without saying why.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    for limit, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, answer_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(limit, (most, most))
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
