"""What changes posts and what is written about them."""
