#@order 3
#@title Predicted score by class
#@caption Each test row once, by what was predicted for it and what it is. Left of the dashed line it is taken for class 0,
#@ right of it for class 1. One verified case stands for all of its problem; wrong ones are shown by themselves.
#@per model,dataset
#@for task = 'classification'
#@height 134 + 80 * series
#@sql SELECT series || iif(verdict = 'ok', iif(others > 0, ' and ' || others || ' more verified', ''), ' (wrong)'),
#@ predicted, actual FROM (
#@   SELECT case_number, series, verdict, number,
#@     row_number() OVER (PARTITION BY training, verdict ORDER BY number) AS place,
#@     count(*) OVER (PARTITION BY training, verdict) - 1 AS others
#@   FROM names JOIN checks k USING (case_number) JOIN cases c ON number = case_number
#@   WHERE model = :model AND dataset = :dataset AND c.status = 'ok' AND verdict <> 'unverified'
#@   AND EXISTS (SELECT * FROM predictions p WHERE p.case_number = names.case_number AND p.predicted IS NOT NULL))
#@ JOIN predictions USING (case_number)
#@ WHERE place = 1 OR verdict = 'wrong' ORDER BY number, row

stats data using 2 name 'score' nooutput

# Two strips a series, class 1 above class 0; the golden ratio spreads the rows over a strip's breadth.
spread(row) = 0.34 * (row * 0.6180339887 - floor(row * 0.6180339887) - 0.5)
y(i, class, row) = -i + (class > 0.5 ? 0.21 : -0.21) + spread(row)

set xrange [(score_min < 0 ? score_min : 0) - 0.03 : (score_max > 1 ? score_max : 1) + 0.03]
set yrange [-series + 0.5 : 0.5]
set xlabel 'predicted score'
set ytics scale 0 ()
do for [i = 0:series - 1] {
    set ytics add (shown(i + 1) -i)
}
set border 1
set grid xtics noytics
set lmargin at screen x_at(label_pixels + 24)
set tmargin at screen y_at(76)
set key at graph 1, screen y_at(52) right center horizontal Left reverse samplen 0.5 width 1
set arrow 1 from 0.5, graph 0 to 0.5, graph 1 nohead lc rgb faint lw 1.2 dt (6,4) back
set key at graph 1, graph 1 right bottom horizontal Left reverse samplen 0.5 width 1

plot data using ($3 > 0.5 ? $2 : NaN):(y(column(-2), $3, $0)) with points lt 1 pt 6 ps 0.55 lw 1.3 title 'is class 1', \
     '' using ($3 > 0.5 ? NaN : $2):(y(column(-2), $3, $0)) with points lt 2 pt 8 ps 0.55 lw 1.3 title 'is class 0'
