"""The leader's desk: what needs a decision, as cards; nothing here writes."""
