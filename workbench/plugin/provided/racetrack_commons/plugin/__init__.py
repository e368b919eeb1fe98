"""What a plugin can be."""
