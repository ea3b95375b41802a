"""What contrastive learning minimizes: losses, and the potentials they are made of."""
