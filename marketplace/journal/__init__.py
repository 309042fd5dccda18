"""What somebody writes for themselves, which nobody else can read."""
