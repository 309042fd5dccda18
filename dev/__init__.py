"""What developers run: the demo, the private database, the local mailbox. The product never imports it."""
