// Replaced by the first concept of this target.
