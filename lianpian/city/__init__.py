"""The made city: how a county town is drawn, and written as a bureau would hand it over."""
