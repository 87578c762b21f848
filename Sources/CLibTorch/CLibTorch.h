// Empty on purpose: the C++ headers of libtorch are included by CTorch alone.
