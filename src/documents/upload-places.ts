// How many files a person may be bringing at once.
import { AppError } from '../lib/errors.ts';
import type { Limits } from '../limits.ts';

export interface UploadPlaces {
  /** @returns gives the place back @throws AppError busy (too_many_files) */
  enter(userId: string): () => void;
}

export function createUploadPlaces({ uploadsAtOnce }: Pick<Limits, 'uploadsAtOnce'>): UploadPlaces {
  const taken = new Map<string, number>();
  return {
    enter(userId) {
      const before = taken.get(userId) ?? 0;
      if (before >= uploadsAtOnce) {
        throw new AppError('busy', `You are uploading ${uploadsAtOnce} files already; wait for one of them.`, {
          reason: 'too_many_files',
          maximum: uploadsAtOnce,
          retryAfterMs: 2_000,
        });
      }
      taken.set(userId, before + 1);
      return () => {
        const left = (taken.get(userId) ?? 1) - 1;
        if (left > 0) taken.set(userId, left);
        else taken.delete(userId);
      };
    },
  };
}
