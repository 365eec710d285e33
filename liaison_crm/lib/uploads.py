"""Uploads whose size is counted while they stream in."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile


class SizeLimitHandler(FileUploadHandler):
    """Drops a file once it grows beyond `settings.UPLOAD_LIMIT` bytes.

    The rest of it is read and thrown away, so that the browser gets an answer
    instead of a broken connection; `request.has_too_large_upload` tells.
    """

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data, start):
        self.received += len(raw_data)
        if self.received > settings.UPLOAD_LIMIT:
            self.request.has_too_large_upload = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size):
        return None
