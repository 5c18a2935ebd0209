# A key below the chart, which has key_pixels of height for it. Drawn by hand: gnuplot's own takes letters for wider
# than they are, and breaks its columns at the height of the plot. Set key_lines or key_points to 0 before, where a
# series has none.
key_lines = exists('key_lines') ? key_lines : 1
key_points = exists('key_points') ? key_points : 1
key_x(i) = (pixels_wide - key_columns * key_column_pixels) / 2.0 + (i / key_rows) * key_column_pixels + 8
key_y(i) = y_above_bottom(key_pixels - 8 - 21 * (i % key_rows))

set bmargin at screen y_above_bottom(70 + key_pixels)
unset key
do for [i = 0:series - 1] {
    if (key_lines) {
        set arrow 2000 + i from screen x_at(key_x(i)), screen key_y(i) \
            to screen x_at(key_x(i) + 36), screen key_y(i) nohead lt i + 1
    }
    if (key_points) {
        set label 2000 + 2 * i '' at screen x_at(key_x(i) + 18), screen key_y(i) point lt i + 1 pt shape(i) ps 0.8
    }
    set label 2001 + 2 * i label[i + 1] at screen x_at(key_x(i) + 44), screen key_y(i) left tc rgb ink
}
