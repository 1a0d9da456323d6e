"""As whom PostgreSQL and Redis run: never as root, whatever started the stack."""

import os
from dataclasses import dataclass
from pathlib import Path

NOBODY = 65534
AS_NOBODY_IN_OWN_NAMESPACE = ("unshare", "-U", f"--map-user={NOBODY}", f"--map-group={NOBODY}")


@dataclass(frozen=True)
class Identity:
    """The owner of a server's files, how to become it (`uid`, or a command `prefix`)."""

    owner: int
    uid: int | None = None
    prefix: tuple[str, ...] = ()


def server_identity(*paths: Path) -> Identity:
    """Whom the servers run as when they must reach `paths`.

    A plain user stays itself. Root becomes nobody; where nobody could not walk to the files (a clone under a 0700 home),
    it stays the owner but is called nobody inside a user namespace of its own.
    """
    if os.geteuid() != 0:
        return Identity(owner=os.geteuid())
    if all(_open_to_all(path) for path in paths):
        return Identity(owner=NOBODY, uid=NOBODY)
    return Identity(owner=0, prefix=AS_NOBODY_IN_OWN_NAMESPACE)


def give_to(folder: Path, identity: Identity) -> None:
    """Make `identity` the owner of everything in `folder`, with access for nobody else."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if os.geteuid() != 0 or folder.stat().st_uid == identity.owner:
        return
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(parent) / name, identity.owner, identity.owner, follow_symlinks=False)
    # Last, so that an interrupted walk is taken up again.
    os.chown(folder, identity.owner, identity.owner)


def _open_to_all(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)
