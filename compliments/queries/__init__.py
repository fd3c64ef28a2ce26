"""What is asked about posts and compliments."""
