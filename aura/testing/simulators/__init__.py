"""Outside services as real HTTP servers on 127.0.0.1 that refuse what the real ones would refuse."""
