"""The words of `/proof`, one file for each language; read by `proof_words`."""
