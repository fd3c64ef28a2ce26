"""What changes generations."""
