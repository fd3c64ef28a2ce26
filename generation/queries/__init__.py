"""What is asked about generations."""
