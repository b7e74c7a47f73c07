"""Kernels for a batch: they end with the process that started them, and cannot flood it. Knows nothing of cooperatives."""
