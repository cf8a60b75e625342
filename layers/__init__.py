"""What is on the ground: files in, checked tables and walks out."""
