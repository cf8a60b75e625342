"""What to do about it: tables in, tables out."""
