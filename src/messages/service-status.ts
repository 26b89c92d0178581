// Where a service can stand, as context information, answers and metrics say it.

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
