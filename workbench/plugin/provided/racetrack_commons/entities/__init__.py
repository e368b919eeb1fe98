"""Values that hooks are given."""
