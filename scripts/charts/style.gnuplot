# What all charts share. Set before this file is loaded: chart_title, height (an expression, as text), data,
# rows, series, widest (characters of the longest label) and the array label. In `data`, rows of the same series
# stand together, tabs between columns and two empty lines between series: `index i` is series i + 1,
# column(-2) is i.

set encoding utf8
set datafile separator tab
set datafile commentschars ''
set macros

# Labels may be of any length, the page is not: their middle gives way, since the end tells them apart.
label_room = 46
fitted(i) = strlen(label[i]) <= label_room ? label[i] \
            : label[i][1:label_room / 2] . '…' . label[i][strlen(label[i]) - label_room / 2 + 2:*]
# For `set tics add`, which takes labels for formats: a percent sign is doubled.
as_format(text) = (percent = strstrt(text, '%')) == 0 ? text : text[1:percent] . '%' . as_format(text[percent + 1:*])
shown(i) = as_format(fitted(i))
label_characters = widest > label_room ? label_room : widest
label_pixels = 7.2 * label_characters

pixels_wide = 780

# The key that key.gnuplot draws below a chart, of as many columns as there is room for.
key_column_pixels = label_pixels + 62
key_columns = int(pixels_wide / key_column_pixels)
key_columns = key_columns < 1 ? 1 : key_columns > 4 ? 4 : key_columns
key_rows = int(ceil(series / real(key_columns)))
key_columns = int(ceil(series / real(key_rows)))
key_pixels = 21 * key_rows

pixels_high = int(@height)
# noenhanced: or cpu_naive becomes a subscript.
set terminal svg size pixels_wide, pixels_high fixed noenhanced font 'sans-serif,13' background '#ffffff'

# Places and margins in pixels, counted from the upper left corner.
x_at(pixel) = pixel / real(pixels_wide)
y_at(pixel) = 1 - pixel / real(pixels_high)
y_above_bottom(pixel) = pixel / real(pixels_high)

ink = '#3a3a3a'
faint = '#8a8a8a'
hairline = '#e4e4e4'

# Okabe and Ito's colours, told apart by the colour-blind too; without the yellow, which white paper swallows.
# Dashes and shapes repeat after other numbers than colours, so that hundreds of series differ.
array colours[7] = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#222222']
array dashes[6] = ['solid', '(12,5)', '(4,4)', '(14,4,3,4)', '(8,3)', '(2,3)']
array shapes[11] = [7, 9, 5, 13, 11, 6, 8, 4, 12, 10, 2]
shape(i) = shapes[i % |shapes| + 1]
do for [i = 0:41] {
    set linetype i + 1 lc rgb colours[i % |colours| + 1] lw 2 pt shape(i)
    eval sprintf('set linetype %d dt %s', i + 1, dashes[i % |dashes| + 1])
}
set linetype cycle 42

set border 3 lc rgb faint lw 1
set tics nomirror out scale 0.6 textcolor rgb ink
set grid lc rgb hairline lt 1 dt solid lw 1
set key textcolor rgb ink
set xlabel textcolor rgb ink offset character 0, 0.4
set tmargin at screen y_at(52)
set bmargin at screen y_above_bottom(62)
set rmargin at screen x_at(pixels_wide - 28)
set label 1000 chart_title at screen x_at(14), screen y_at(24) left font 'sans-serif,15' tc rgb '#1a1a1a'

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
log_ticks = 'set @ticks_axis (); ticks_ratio = ticks_high / ticks_low; \
    do for [e = int(floor(log10(ticks_low))):int(ceil(log10(ticks_high))):tick_stride(ticks_ratio)] { \
        do for [m in tick_steps(ticks_ratio)] { \
            set @ticks_axis add (tick_text(m + 0, e) m * 10.0 ** e) } }'
