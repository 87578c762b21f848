// Says in one line what to install. Without this, the compiler would only report a missing header.
#if !__has_include(<jpeglib.h>) || !__has_include(<png.h>) || !__has_include(<webp/decode.h>)
#error "HeliosVision needs libjpeg-turbo, libpng and libwebp: sudo apt-get install libjpeg62-turbo-dev libpng-dev libwebp-dev (Ubuntu: libjpeg-turbo8-dev), or brew install jpeg-turbo libpng webp pkg-config"
#endif
