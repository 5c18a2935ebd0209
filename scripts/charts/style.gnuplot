# What all charts share. Set before this file is loaded: chart_title, height (an expression, as text), pixels_wide, data,
# rows, first, series, widest (characters of the longest label), and for each series the arrays label, colour, shapes
# (point types) and dash. In `data`, rows of the same series stand together, tabs between columns and two empty lines
# between series: `index first + i` is series i + 1; where all series of the data are shown, column(-2) is i.

set encoding utf8
set datafile separator tab
set datafile commentschars ''
set macros

# For `set tics add`, which takes labels for formats: a percent sign is doubled.
as_format(text) = (percent = strstrt(text, '%')) == 0 ? text : text[1:percent] . '%' . as_format(text[percent + 1:*])
shown(i) = as_format(label[i])
label_pixels = 7.2 * widest

# Every chart is drawn for a telephone, too. There, the page has its title, and the labels of rows stand above them.
narrow = pixels_wide < 500
row_pixels(wide) = narrow ? wide + 20 : wide
title_pixels = narrow ? 28 : 0
axis_margin = narrow ? 64 : 80

# The key that key.gnuplot draws below a chart, of as many columns as there is room for.
key_column_pixels = label_pixels + 62
key_columns = int(pixels_wide / key_column_pixels)
key_columns = key_columns < 1 ? 1 : key_columns > 4 ? 4 : key_columns
key_rows = int(ceil(series / real(key_columns)))
key_columns = int(ceil(series / real(key_rows)))
key_pixels = 21 * key_rows

pixels_high = int(@height) - title_pixels
# noenhanced: or cpu_naive becomes a subscript.
set terminal svg size pixels_wide, pixels_high fixed noenhanced font 'sans-serif,13' background '#ffffff'

# Places and margins in pixels, counted from the upper left corner.
x_at(pixel) = pixel / real(pixels_wide)
y_at(pixel) = 1 - (pixel - title_pixels) / real(pixels_high)
y_above_bottom(pixel) = pixel / real(pixels_high)

ink = '#3a3a3a'
faint = '#8a8a8a'
hairline = '#e4e4e4'

# Line i + 1 is series i, with the look that the program has chosen.
array dashes[6] = ['solid', '(12,5)', '(4,4)', '(14,4,3,4)', '(8,3)', '(2,3)']
shape(i) = shapes[i + 1]
do for [i = 1:series] {
    set linetype i lc rgb colour[i] lw 2 pt shapes[i]
    eval sprintf('set linetype %d dt %s', i, dashes[dash[i]])
}
# As a number, for `lc rgb variable`.
colour_of(i) = int('0x' . colour[i + 1][2:*])

# For a few kinds that are not series: marks, and colours that no implementation has.
array kind_shapes[6] = [7, 9, 5, 13, 11, 15]
array kind_colours[6] = ['#3b528b', '#b8860b', '#21808d', '#b8bec4', '#7a9a01', '#440154']

# Rows of bars: row i at height row_y is named by `eval row_name`; a bar reaches from bar_low below row_y to bar_high above.
bar_low = narrow ? 0.42 : 0.36
bar_high = narrow ? 0.02 : 0.36
bar_middle = (bar_high - bar_low) / 2
row_margin = narrow ? 14 : label_pixels + 24
row_name = narrow ? 'unset ytics; set label 3000 + i label[i + 1] at graph 0, first row_y + 0.24 left tc rgb ink' \
                  : 'set ytics add (shown(i + 1) row_y)'

# What a page's script may do with a chart. Its plots begin with so many rounds over the series, each with a plot of
# every series, so that one can be hidden; of one round, from 1 on, values can be read where the pointer is, of both axes
# or of the vertical one alone; and a logarithmic vertical axis can be shown as a linear one.
rounds = 0
values = 0
values_x = 1
linear = 0

# A key of so many entries above the plot, which has key_above_pixels of height for it.
key_above_columns(n) = narrow ? 3 : n
key_above_pixels(n) = 24 + 20 * (int(ceil(n / real(key_above_columns(n)))) - 1)
key_above = 'set tmargin at screen y_at(50 + key_above_pixels(entries)); \
             set key at screen 0.98, screen y_at(42 + key_above_pixels(entries) / 2) right center horizontal Left reverse \
                 samplen 1 width 1 maxcols key_above_columns(entries)'

set border 3 lc rgb faint lw 1
set tics nomirror out scale 0.6 textcolor rgb ink
set grid lc rgb hairline lt 1 dt solid lw 1
set key textcolor rgb ink
set xlabel textcolor rgb ink offset character 0, 0.4
set tmargin at screen y_at(52)
set bmargin at screen y_above_bottom(62)
set rmargin at screen x_at(pixels_wide - 28)
if (!narrow) { set label 1000 chart_title at screen x_at(14), screen y_at(24) left font 'sans-serif,15' tc rgb '#1a1a1a' }

# What the vertical axis shows stands above it, where it can be read without turning the head.
y_name = ''
above_y_axis = 'set tmargin at screen y_at(72); \
                set label 1001 y_name at graph 0, screen y_at(56) left offset character -1.5, 0 tc rgb ink'

# Ticks of a logarithmic axis (m + 0 makes a number of a word): the fewer decades it spans, the more in each.
raised(digit) = substr('⁰¹²³⁴⁵⁶⁷⁸⁹', digit + 1, digit + 1)
exponent(e) = (e < 0 ? '⁻' : '') . (abs(e) > 9 ? raised(abs(e) / 10) : '') . raised(abs(e) % 10)
tick_text(m, e) = e >= -3 && e < 5 ? sprintf('%g', m * 10.0 ** e) \
                  : (m == 1 ? '' : sprintf('%g×', m)) . '10' . exponent(e)
tick_steps(ratio) = ratio < 2 ? '1 1.2 1.4 1.6 1.8 2 2.5 3 3.5 4 4.5 5 6 7 8 9' \
                    : ratio < 8 ? '1 1.5 2 3 4 5 7' : ratio < 300 ? '1 2 5' : '1'
tick_stride(ratio) = 1 + int(log10(ratio) / 10)
crowded(ratio) = narrow && ticks_axis eq 'xtics' ? ratio ** 2 : ratio
log_ticks = 'set @ticks_axis (); ticks_ratio = ticks_high / ticks_low; \
    do for [e = int(floor(log10(ticks_low))):int(ceil(log10(ticks_high))):tick_stride(ticks_ratio)] { \
        do for [m in tick_steps(crowded(ticks_ratio))] { \
            set @ticks_axis add (tick_text(m + 0, e) m * 10.0 ** e) } }'
