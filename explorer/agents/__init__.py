"""What an agent may ask of files, over the Model Context Protocol. Top."""
