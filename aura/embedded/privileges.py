"""How a PostgreSQL that refuses to run as root runs for root all the same, with no new user on the machine.

First choice: a user namespace in which root's files belong to "nobody" (user_namespaces(7)). Where the machine refuses
that (a default Docker container does), the user "nobody" with the one capability to pass root's folders
(capabilities(7), ambient set). Both run between fork and exec, so they use nothing but system calls.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from aura.embedded.home import StackError

NOBODY = 65534
CLONE_NEWUSER = 0x10000000
PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 8, 47, 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def _checked(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def enter_user_namespace() -> None:
    """Leave root's namespace for one that maps "nobody" to root; what root owns now looks owned by this process."""
    _checked(libc.unshare(CLONE_NEWUSER))
    for name, line in (("setgroups", "deny"), ("uid_map", f"{NOBODY} 0 1"), ("gid_map", f"{NOBODY} 0 1")):
        handle = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(handle, line.encode())
        os.close(handle)


def become_nobody() -> None:
    """Give up root for good and keep only the right to pass folders that are closed to others."""
    _checked(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    keep = 1 << CAP_DAC_OVERRIDE
    sets = (_Sets * 2)(_Sets(keep, keep, keep), _Sets(0, 0, 0))
    _checked(libc.capset(ctypes.byref(_Header(CAPABILITY_VERSION_3, 0)), sets))
    _checked(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0))


def works(way: Callable[[], None]) -> bool:
    """True where this machine lets a new process go that way."""
    try:
        subprocess.run([sys.executable, "-SIc", ""], preexec_fn=way, check=True, capture_output=True)
    except (subprocess.SubprocessError, OSError):
        return False
    return True


def unprivileged() -> Callable[[], None] | None:
    """What a child must call before exec so that it does not run as root; None where we are not root.

    Raises StackError where the machine allows neither way.
    """
    if os.geteuid() != 0:
        return None
    if sys.platform == "linux":
        for way in (enter_user_namespace, become_nobody):
            if works(way):
                return way
    raise StackError(
        "PostgreSQL does not run as root, and this machine allows no user namespace. "
        "Run Aura as an ordinary user, or set DATABASE_URL to a PostgreSQL that runs elsewhere."
    )


def hand_over(folder: Path, way: Callable[[], None] | None) -> None:
    """Make a folder and all in it belong to the user that a child of that way is (only root can need this)."""
    if os.geteuid() != 0:
        return
    user = NOBODY if way is become_nobody else 0
    if folder.stat().st_uid == user:
        return
    for root, _, files in os.walk(folder):
        for path in (root, *(os.path.join(root, name) for name in files)):
            shutil.chown(path, user, user)
