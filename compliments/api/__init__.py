"""The compliments API."""
