"""Cloudinary as a place for pictures (G4)."""
