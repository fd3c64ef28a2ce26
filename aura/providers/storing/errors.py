"""What goes wrong with a storage on the network."""


class StorageAway(OSError):
    """The storage did not do what it was asked for: not reached, refused, busy. The message holds no secret.

    A file that is not there is a ``FileNotFoundError``, as on a disk.
    """
