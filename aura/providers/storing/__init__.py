"""Where files lie when they do not all lie on this machine."""
