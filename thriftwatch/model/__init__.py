"""The model: plain arrays, scored with numpy alone."""
