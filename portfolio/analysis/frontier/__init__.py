"""Budget against tonnes, and ratio against floor: many solves, each proven, each plan audited."""
