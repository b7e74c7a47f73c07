"""From a plan of notebooks to an edition: checked before it starts, believed only on evidence, switched in one step."""
