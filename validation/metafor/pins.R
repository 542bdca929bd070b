# Writes pins.json: what metafor says for every set of trials that Gravida pools, and for BCG, which comes with metafor.
# Rscript pins.R < sets.json > pins.json   (Debian: r-cran-metafor, r-cran-jsonlite)
suppressMessages({library(metafor); library(jsonlite)})
sets <- fromJSON(file("stdin"), simplifyVector = TRUE, simplifyDataFrame = TRUE)
sets$bcg <- with(dat.bcg, data.frame(a = tpos, n = tpos + tneg, c = cpos, m = cpos + cneg))
tight <- list(threshold = 1e-12, maxiter = 10000)
random <- function(d) {
  e <- escalc(measure = "RR", ai = a, n1i = n, ci = c, n2i = m, data = d, add = 1/2, to = "only0", drop00 = TRUE)
  r <- rma(yi, vi, data = e, method = "REML", test = "adhoc", control = tight)
  k <- r$k
  q <- confint(r, control = list(tol = 1e-12, maxiter = 100000, tau2.max = 1e6))$random
  p <- if (k > 2) predict(r) else NULL
  list(estimate = as.numeric(r$beta), se = r$se, low = r$ci.lb, high = r$ci.ub, tau2 = r$tau2, i2 = r$I2 / 100, q = r$QE, q_p = r$QEp,
       tau2_low = q["tau^2", "ci.lb"], tau2_high = q["tau^2", "ci.ub"], prediction_low = if (k > 2) p$pi.lb else NA, prediction_high = if (k > 2) p$pi.ub else NA)
}
mh <- function(d) {
  r <- rma.mh(measure = "RR", ai = a, n1i = n, ci = c, n2i = m, data = d, add = 0, to = "none", drop00 = TRUE)
  list(estimate = as.numeric(r$beta), low = r$ci.lb, high = r$ci.ub)
}
both <- function(d) list(random = random(d), mantel_haenszel = mh(d))
pins <- lapply(sets, function(d) {
  k <- nrow(d)
  c(both(d), list(leave_one_out = if (k > 2) lapply(seq_len(k), function(i) both(d[-i, ])) else list(),
                  cumulative = lapply(2:k, function(i) both(d[1:i, ]))))
})
cat(toJSON(list(program = "R metafor", version = as.character(packageVersion("metafor")), r = R.version.string, date = as.character(Sys.Date()), pins = pins),
           digits = NA, auto_unbox = TRUE, pretty = TRUE, na = "null"))
