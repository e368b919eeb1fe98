"""What a server has besides its own code, for plugins that import it; never imported here."""
