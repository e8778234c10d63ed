"""What is known of recordings: files of audio, fetched, read and split."""
