#@order 2
#@title Loss by epoch
#@caption Training loss before the update of each epoch, as read in the checked pass. Lines that coincide agree;
#@ their markers take turns, so that each stays visible. Losses over a million times the first are left out.
#@per model,dataset
#@height 400 + key_pixels
#@sql SELECT series || iif(verdict = 'wrong', ' (wrong)', ''), epoch, curve.loss
#@ FROM curve JOIN names USING (case_number) JOIN checks USING (case_number)
#@ JOIN cases ON number = case_number
#@ WHERE model = :model AND dataset = :dataset AND curve.loss > 0 AND curve.loss <= 1e6 *
#@   (SELECT f.loss FROM curve f WHERE f.case_number = curve.case_number ORDER BY f.epoch LIMIT 1)
#@ ORDER BY number, epoch

stats data using 2 name 'epoch' nooutput
stats data using 3 name 'loss' nooutput

# Some markers a line, evenly spread over the logarithmic axis, each series a little further on than the one
# before.
marks = series < 7 ? 8 : series < 16 ? 5 : 3
span = log10(epoch_max > 1 ? epoch_max : 10)
next = 0
mark(i, x) = (column(0) == 0 ? (next = span / marks * (i + 0.5) / series, 0) : 0, \
              log10(x) >= next ? (next = next + span / marks, 1) : 0)

set logscale xy
set xrange [1 : epoch_max > 1 ? epoch_max : 10]
set yrange [loss_min / 1.15 : loss_max * 1.15]
ticks_axis = 'ytics'
ticks_low = loss_min
ticks_high = loss_max
eval log_ticks
set xlabel 'epoch'
y_name = 'training loss'
eval above_y_axis
set lmargin at screen x_at(80)
eval key_below

plot for [i = 0:series - 1] data index i using 2:3 with lines lt i + 1 notitle, \
     for [i = 0:series - 1] data index i using 2:(mark(i, $2) ? $3 : NaN) \
         with points lt i + 1 pt shape(i) ps 0.8 notitle, \
     for [i = 0:series - 1] keyentry with linespoints lt i + 1 pt shape(i) ps 0.8 title shown(i + 1)
