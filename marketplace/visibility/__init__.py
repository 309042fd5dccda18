"""What a candidate shows of a dossier, to whom and until when; who looks; introductions to those who fill seats."""
