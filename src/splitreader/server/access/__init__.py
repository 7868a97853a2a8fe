"""Who may do what: keys, sessions, and the guards that every request passes."""
