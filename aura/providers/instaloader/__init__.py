"""Instagram's own pages behind the port ``PostSource``, by the optional package ``instaloader`` and without an account.

Instagram's terms forbid automated collection and its pages change without notice: whoever installs the package decides.
"""

from aura.providers.instaloader.posts import InstaloaderPosts, is_installed

__all__ = ["InstaloaderPosts", "is_installed"]
