// Package telemetry says how the centre is doing: a logger that keeps personal data out, a line for each request, Prometheus
// metrics, health and readiness, and OpenTelemetry traces when an exporter is set.
//
// What is measured comes in through small methods that the domains' observer interfaces match; the package imports none of
// the project's packages.
package telemetry
