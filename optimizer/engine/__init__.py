"""One picture in, a file for each platform out: no Django, no network, bounded memory."""
