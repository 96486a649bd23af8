/** A refusal of the Docker Engine API; once a build streams, it becomes the stream's last message. */
export class DockerError extends Error {
  static {
    this.prototype.name = 'DockerError';
  }
  readonly status: 400 | 404 | 409 | 500 | 501;

  constructor(status: DockerError['status'], message: string) {
    super(message);
    this.status = status;
  }
}
