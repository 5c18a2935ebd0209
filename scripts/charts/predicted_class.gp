#@order 3
#@title Predicted score by class
#@caption Each mark is one test row, by its predicted score and actual class. Rows left of the dashed line are
#@ classified as 0, those right of it as 1. One verified case stands for all that trained the same; wrong cases are
#@ shown separately.
#@per model,dataset
#@for task = 'classification' AND ifnull(classes, 2) <= 2
#@height 134 + row_pixels(80) * series
#@panel 8
#@sql SELECT series, predicted, actual FROM answers WHERE model = :model AND dataset = :dataset
#@ ORDER BY case_number, row

stats data using 2 name 'score' nooutput

# Two strips per series, class 1 above class 0; the golden ratio spreads the rows over the height of a strip.
spread(row) = 0.34 * (row * 0.6180339887 - floor(row * 0.6180339887) - 0.5)
y(i, class, row) = -i + (narrow ? 0.8 : 1) * ((class > 0.5 ? 0.21 : -0.21) + spread(row)) - (narrow ? 0.1 : 0)

set xrange [(score_min < 0 ? score_min : 0) - 0.03 : (score_max > 1 ? score_max : 1) + 0.03]
set yrange [-series + 0.5 : 0.5]
set xlabel 'predicted score'
set ytics scale 0 ()
do for [i = 0:series - 1] {
    row_y = -i + (narrow ? 0.2 : 0)
    eval row_name
}
set border 1
set grid xtics noytics
set lmargin at screen x_at(row_margin)
entries = 2
eval key_above
set arrow 1 from 0.5, graph 0 to 0.5, graph 1 nohead lc rgb faint lw 1.2 dt (6,4) back

plot data index first:first + series - 1 using ($3 > 0.5 ? $2 : NaN):(y(column(-2) - first, $3, $0)) \
         with points lc rgb kind_colours[1] pt 6 ps 0.55 lw 1.3 title 'is class 1', \
     '' index first:first + series - 1 using ($3 > 0.5 ? NaN : $2):(y(column(-2) - first, $3, $0)) \
         with points lc rgb kind_colours[2] pt 8 ps 0.55 lw 1.3 title 'is class 0'
