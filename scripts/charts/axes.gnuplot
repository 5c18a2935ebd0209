# For the script of pages, attributes of the picture, which are written behind it: where the axes stand in it, in pixels,
# what they show, and the base of a logarithmic one, or 0; and what its plots are (style.gnuplot).
axis(from, to, low, high, base) = sprintf('%g %g %.9g %.9g %g', from, to, low, high, base)
set print picture append
print sprintf(' data-axes="%s %s" data-plots="%d %d %d %d"', \
    axis(GPVAL_TERM_XMIN, GPVAL_TERM_XMAX, GPVAL_X_MIN, GPVAL_X_MAX, GPVAL_X_LOG), \
    axis(pixels_high - GPVAL_TERM_YMIN, pixels_high - GPVAL_TERM_YMAX, GPVAL_Y_MIN, GPVAL_Y_MAX, GPVAL_Y_LOG), \
    rounds, values, values_x, linear)
set print
