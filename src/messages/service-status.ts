// The possible statuses of a service in context information, replies and metrics.

/**
 *   defined -> starting -> started -> stopping -> stopped
 *                 |           |  \-> exited
 *                 +-> failed <+        failed -> backoff -> starting ... -> failed (gave_up)
 */
export const SERVICE_STATUSES = [
  'defined',
  'starting',
  'started',
  'stopping',
  'stopped',
  'exited',
  'failed',
  'backoff',
] as const;
export type ServiceStatus = (typeof SERVICE_STATUSES)[number];
