#@order 4
#@title Loss by learning rate
#@caption Training loss of the final parameters; the bar spans the lowest to the highest loss of the last 64 epochs.
#@ Losses that are not finite are drawn at the upper edge. One verified case stands for all that trained the same.
#@per model,dataset
#@for (model, dataset) IN (SELECT model, dataset FROM cases GROUP BY model, dataset HAVING count(DISTINCT lr) >= 3)
#@height 430 + key_pixels
#@panel 6
#@sql WITH told AS (
#@   SELECT number, c.lr, c.epochs, k.convergence, trim(replace(replace(' ' || substr(n.training, 1,
#@       length(n.training) - length(c.dataset)), ' ' || c.model, ''), printf(' lr=%.6g', c.lr), '')) AS line,
#@     row_number() OVER (PARTITION BY n.training ORDER BY number) AS place
#@   FROM cases c JOIN names n ON n.case_number = number JOIN checks k ON k.case_number = number
#@   WHERE c.model = :model AND c.dataset = :dataset AND c.status = 'ok' AND k.verdict = 'ok')
#@ SELECT line, lr, coalesce((SELECT value FROM metrics WHERE case_number = number AND name = 'train_loss'
#@     AND value < 9e999), -1) AS loss, min(l.loss), max(l.loss), instr('converged  improving  oscillatingdiverged', convergence) / 11 AS class,
#@   (SELECT f.loss FROM curve f WHERE f.case_number = number ORDER BY f.epoch LIMIT 1)
#@ FROM told LEFT JOIN curve l ON l.case_number = number AND l.epoch > epochs - 64
#@ WHERE place = 1 AND convergence IS NOT NULL GROUP BY number ORDER BY min(number) OVER (PARTITION BY line), lr

array classes[4] = ['converged', 'improving', 'oscillating', 'diverged']
array class_shape[4] = [7, 9, 12, 2]

# The range covers the cases that settled and the losses at the start.
settled(class) = class < 3
stats data using 2 name 'rate' nooutput
stats data using (settled($6) && $4 > 0 && $4 < $7 ? $4 : $7) name 'low' nooutput
stats data using (settled($6) && $5 > $7 ? $5 : $7) name 'high' nooutput
bottom = low_min / 1.3
top = high_max * (high_max / bottom) ** 0.12
within(y) = y > bottom && y < top ? y : y <= bottom ? bottom : top

set logscale xy
set xrange [rate_min / 1.25 : rate_max * 1.25]
set yrange [bottom : top]
ticks_axis = 'ytics'
ticks_low = bottom
ticks_high = top
eval log_ticks
ticks_axis = 'xtics'
ticks_low = rate_min / 1.25
ticks_high = rate_max * 1.25
eval log_ticks
set xlabel 'learning rate'
y_name = 'final training loss'
eval above_y_axis
set lmargin at screen x_at(axis_margin)
# The bars of hundreds of marks would only hide each other.
bars = rows <= 150
key_points = 0
load 'key.gnuplot'
rounds = bars ? 7 : 6
values = 2
linear = 1

# A loss of -1 means that it is not finite.
loss(class, l) = class == 3 && l < 0 ? top : within(l)

do for [c = 1:4] {
    set label 10 + c classes[c] at screen x_at(narrow ? 10 + 82 * (c - 1) : 330 + 112 * (c - 1)), screen y_at(narrow ? 34 : 52) left offset character 1.2, -0.3 \
        point pt class_shape[c] ps 0.9 lc rgb ink tc rgb ink font (narrow ? 'sans-serif,10' : 'sans-serif,13')
}

plot for [i = 0:series - 1] data index first + i using 2:7 with lines lc rgb faint lw 1 dt (6,4) notitle, \
     for [i = 0:series - 1] data index first + i using 2:(loss($6, $3)) with lines lt i + 1 notitle, \
     for [i = 0:(bars ? series - 1 : -1)] data index first + i using 2:(settled($6) ? within($3) : NaN):(within($4)):(within($5)) \
         with yerrorbars lt i + 1 dt solid pt -1 lw 1.5 notitle, \
     for [c = 0:3] for [i = 0:series - 1] data index first + i using 2:($6 == c ? loss(c, $3) : NaN) \
         with points lt i + 1 pt class_shape[c + 1] ps 0.9 notitle, \
     data index first using 2:7:('loss at the start') every ::0::0 \
         with labels left offset character 0, 0.6 tc rgb ink notitle
